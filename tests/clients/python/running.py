"""Cloud Run: a service from beginning to end, by google-cloud-run and by google-api-python-client."""

from google.api_core import exceptions
from google.cloud import run_v2
from google.iam.v1 import policy_pb2

from tally import holds, same

INVOKER = "roles/run.invoker"
IMAGE = "us-docker.pkg.dev/cloudrun/container/hello"


def deploy(tally, connection, service_id, service):
    """Makes a service and waits until it serves."""
    client = connection.services()
    with tally.call("run.services.create"):
        operation = client.create_service(parent=connection.location, service=service, service_id=service_id)
        made = operation.result(timeout=60)
        same(made.terminal_condition.state, run_v2.Condition.State.CONDITION_SUCCEEDED)


def services(tally, connection):
    """A service: made, read, listed, changed, its policy, its revisions, deleted."""
    client = connection.services()
    name = f"{connection.location}/services/py-hello"
    template = run_v2.RevisionTemplate(containers=[run_v2.Container(image=IMAGE, env=[{"name": "A", "value": "1"}])])
    with tally.call("run.services.create (only checked)"):
        client.create_service(
            request={
                "parent": connection.location,
                "service": run_v2.Service(template=template),
                "service_id": "py-hello",
                "validate_only": True,
            }
        )
    tally.refused("run.services.get (not there)", exceptions.NotFound, lambda: client.get_service(name=name))
    deploy(tally, connection, "py-hello", run_v2.Service(template=template))
    with tally.call("run.services.get"):
        found = client.get_service(name=name)
        same(found.template.containers[0].resources.limits["memory"], "512Mi")
        same(found.latest_ready_revision, found.latest_created_revision)
        holds(found.uri.startswith("https://"), found.uri)
    with tally.call("run.services.list"):
        names = [each.name for each in client.list_services(parent=connection.location)]
        holds(name in names, names)
    with tally.call("run.services.patch"):
        found.template.containers[0].env[0].value = "2"
        found.template.revision = ""
        changed = client.update_service(service=found).result(timeout=60)
        same(changed.template.containers[0].env[0].value, "2")
        same(changed.generation, found.generation + 1)
    with tally.call("run.services.patch (stale etag)"):
        try:
            client.update_service(service=found).result(timeout=60)
        except (exceptions.Aborted, exceptions.Conflict, exceptions.FailedPrecondition):
            pass
        else:
            raise AssertionError("a stale etag was taken")
    revisions = connection.revisions()
    with tally.call("run.revisions.list"):
        listed = [each.name for each in revisions.list_revisions(parent=name)]
        same(len(listed), 2)
    with tally.call("run.revisions.get"):
        newest = revisions.get_revision(name=changed.latest_ready_revision)
        same(newest.containers[0].env[0].value, "2")
    with tally.call("run.services.getIamPolicy"):
        policy = client.get_iam_policy(request={"resource": name})
    with tally.call("run.services.setIamPolicy"):
        policy.bindings.append(policy_pb2.Binding(role=INVOKER, members=["user:ana@example.com"]))
        written = client.set_iam_policy(request={"resource": name, "policy": policy})
        same(list(written.bindings[0].members), ["user:ana@example.com"])
    with tally.call("run.services.testIamPermissions"):
        held = client.test_iam_permissions(request={"resource": name, "permissions": ["run.services.get"]})
        same(list(held.permissions), ["run.services.get"])
    with tally.call("run.services.delete"):
        client.delete_service(name=name).result(timeout=60)
    tally.refused("run.services.get (deleted)", exceptions.NotFound, lambda: client.get_service(name=name))


def discovered(tally, connection):
    """The same API from its discovery document, with the operation waited for by the server."""
    api = connection.discovered("run", "v2").projects().locations()
    name = f"{connection.location}/services/py-discovered"
    body = {"template": {"containers": [{"image": IMAGE}], "maxInstanceRequestConcurrency": 4}}
    with tally.call("run.v2.services.create (discovery)"):
        started = api.services().create(parent=connection.location, serviceId="py-discovered", body=body).execute()
    with tally.call("run.v2.operations.wait (discovery)"):
        ended = api.operations().wait(name=started["name"], body={"timeout": "30s"}).execute()
        same(ended["done"], True)
        same(ended["response"]["template"]["maxInstanceRequestConcurrency"], 4)
    with tally.call("run.v2.operations.get (discovery)"):
        same(api.operations().get(name=started["name"]).execute()["done"], True)
    with tally.call("run.v2.services.get (discovery)"):
        found = api.services().get(name=name).execute()
        same(found["terminalCondition"]["state"], "CONDITION_SUCCEEDED")
    with tally.call("run.v2.services.patch (discovery)"):
        body = {"labels": {"team": "models"}}
        started = api.services().patch(name=name, updateMask="labels", body=body).execute()
        ended = api.operations().wait(name=started["name"], body={}).execute()
        same(ended["response"]["labels"], {"team": "models"})
        same(ended["response"]["template"]["maxInstanceRequestConcurrency"], 4)
    with tally.call("run.v2.services.list (discovery)"):
        found = api.services().list(parent=connection.location).execute()["services"]
        holds(name in [each["name"] for each in found], found)
    with tally.call("run.v2.revisions.list (discovery)"):
        same(len(api.services().revisions().list(parent=name).execute()["revisions"]), 1)
    with tally.call("run.v2.services.delete (discovery)"):
        started = api.services().delete(name=name).execute()
        same(api.operations().wait(name=started["name"], body={}).execute()["done"], True)
