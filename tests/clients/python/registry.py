"""Artifact Registry and Cloud Build: a repository from beginning to end, and an image in it."""

import io
import tarfile

from google.api_core import exceptions
from google.cloud import artifactregistry_v1 as registry_v1
from google.cloud.devtools import cloudbuild_v1

from tally import holds, same

DOCKERFILE = b"FROM ollama/ollama:0.9.0\nENV OLLAMA_HOST=0.0.0.0:8080\n"


def make(tally, connection, repository_id):
    """A repository for images."""
    client = connection.registry()
    with tally.call("artifactregistry.repositories.create"):
        wanted = registry_v1.Repository(format_=registry_v1.Repository.Format.DOCKER, description="Model servers")
        operation = client.create_repository(
            parent=connection.location, repository=wanted, repository_id=repository_id
        )
        made = operation.result(timeout=60)
        same(made.name, f"{connection.location}/repositories/{repository_id}")


def repositories(tally, connection):
    """A repository: made, read, listed, changed, its policy, deleted."""
    client = connection.registry()
    make(tally, connection, "py-models")
    name = f"{connection.location}/repositories/py-models"
    with tally.call("artifactregistry.repositories.get"):
        found = client.get_repository(name=name)
        same(found.format_, registry_v1.Repository.Format.DOCKER)
    with tally.call("artifactregistry.repositories.list"):
        names = [each.name for each in client.list_repositories(parent=connection.location)]
        holds(name in names, names)
    with tally.call("artifactregistry.repositories.patch"):
        found.description = "Changed by Python"
        changed = client.update_repository(repository=found, update_mask={"paths": ["description"]})
        same(changed.description, "Changed by Python")
    with tally.call("artifactregistry.repositories.getIamPolicy"):
        policy = client.get_iam_policy(request={"resource": name})
    with tally.call("artifactregistry.repositories.setIamPolicy"):
        policy.bindings.add(role="roles/artifactregistry.reader", members=["user:ana@example.com"])
        written = client.set_iam_policy(request={"resource": name, "policy": policy})
        same([each.role for each in written.bindings], ["roles/artifactregistry.reader"])
    with tally.call("artifactregistry.repositories.delete"):
        client.delete_repository(name=name).result(timeout=60)
    tally.refused(
        "artifactregistry.repositories.get (deleted)",
        exceptions.NotFound,
        lambda: client.get_repository(name=name),
    )


def context():
    """A build context as an archive."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo("Dockerfile")
        member.size = len(DOCKERFILE)
        archive.addfile(member, io.BytesIO(DOCKERFILE))
    return packed.getvalue()


def build(tally, connection, repository_id, image):
    """Uploads a context, has it built, and gives the image's reference by digest."""
    bucket = connection.storage().bucket(f"{connection.project}-py-sources")
    with tally.call("storage.buckets.insert"):
        bucket = connection.storage().create_bucket(bucket, location=connection.region)
    with tally.call("storage.objects.insert (build context)"):
        source = bucket.blob(f"{image}.tar.gz")
        source.upload_from_string(context(), content_type="application/gzip")
    client = connection.builds()
    reference = f"{connection.region}-docker.pkg.dev/{connection.project}/{repository_id}/{image}"
    with tally.call("cloudbuild.builds.create"):
        wanted = cloudbuild_v1.Build(
            source={"storage_source": {"bucket": bucket.name, "object_": source.name, "generation": source.generation}},
            steps=[{"name": "gcr.io/cloud-builders/docker", "args": ["build", "-t", reference, "."]}],
            images=[reference],
        )
        operation = client.create_build(
            request={"parent": connection.location, "project_id": connection.project, "build": wanted}
        )
        built = operation.result(timeout=60)
        same(built.status, cloudbuild_v1.Build.Status.SUCCESS)
    digest = built.results.images[0].digest
    with tally.call("cloudbuild.builds.get"):
        name = f"{connection.location}/builds/{built.id}"
        found = client.get_build(request={"name": name, "project_id": connection.project, "id": built.id})
        same(found.results.images[0].digest, digest)
    with tally.call("cloudbuild.builds.list"):
        request = {"parent": connection.location, "project_id": connection.project}
        holds(built.id in [each.id for each in client.list_builds(request=request)], "the build is not listed")
    registry = connection.registry()
    parent = f"{connection.location}/repositories/{repository_id}"
    with tally.call("artifactregistry.packages.list"):
        names = [each.name for each in registry.list_packages(parent=parent)]
        same(names, [f"{parent}/packages/{image}"])
    with tally.call("artifactregistry.versions.list"):
        names = [each.name for each in registry.list_versions(parent=f"{parent}/packages/{image}")]
        same(names, [f"{parent}/packages/{image}/versions/{digest}"])
    with tally.call("artifactregistry.tags.get"):
        tag = registry.get_tag(name=f"{parent}/packages/{image}/tags/latest")
        same(tag.version.rsplit("/", 1)[-1], digest)
    with tally.call("artifactregistry.dockerImages.list"):
        uris = [each.uri for each in registry.list_docker_images(parent=parent)]
        same(uris, [f"{reference}@{digest}"])
    return f"{reference}@{digest}"
