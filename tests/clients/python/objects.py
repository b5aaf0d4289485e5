"""Cloud Storage: a bucket, objects sent in each way, their generations."""

import io

from google.api_core import exceptions

from tally import holds, same

CHUNK = 256 * 1024


def objects(tally, connection):
    """A bucket and what it holds, from beginning to end."""
    client = connection.storage()
    bucket = client.bucket(f"{connection.project}-py-objects")
    bucket.iam_configuration.uniform_bucket_level_access_enabled = True
    with tally.call("storage.buckets.insert"):
        bucket = client.create_bucket(bucket, location=connection.region)
        holds(bucket.iam_configuration.uniform_bucket_level_access_enabled, "uniform access is off")
    with tally.call("storage.buckets.get"):
        same(client.get_bucket(bucket.name).location, connection.region.upper())
    with tally.call("storage.buckets.list"):
        holds(bucket.name in [each.name for each in client.list_buckets()], "the bucket is not listed")
    with tally.call("storage.buckets.patch"):
        bucket.labels = {"team": "models"}
        bucket.patch()
        same(client.get_bucket(bucket.name).labels, {"team": "models"})
    # A string goes with its metadata in one multipart request, a stream in a resumable session, chunk by chunk.
    small = bucket.blob("small.txt")
    with tally.call("storage.objects.insert (multipart)"):
        small.upload_from_string("one", content_type="text/plain", if_generation_match=0)
    tally.refused(
        "storage.objects.insert (stale generation)",
        exceptions.PreconditionFailed,
        lambda: bucket.blob("small.txt").upload_from_string("two", if_generation_match=0),
    )
    with tally.call("storage.objects.insert (generation matches)"):
        first = small.generation
        small.upload_from_string("two", content_type="text/plain", if_generation_match=first)
        holds(small.generation > first, "the generation did not grow")
    large = bucket.blob("large.bin", chunk_size=CHUNK)
    content = bytes(range(256)) * (3 * CHUNK // 256) + b"the end"
    with tally.call("storage.objects.insert (resumable, in chunks)"):
        large.upload_from_file(io.BytesIO(content), content_type="application/octet-stream")
    with tally.call("storage.objects.insert (simple)"):
        # The library itself never sends one; its session does.
        answer = client._http.post(
            f"{connection.url}/upload/storage/v1/b/{bucket.name}/o?uploadType=media&name=plain.txt",
            data=b"plain",
            headers={"Content-Type": "text/plain"},
        )
        same(answer.status_code, 200)
    with tally.call("storage.objects.get (media)"):
        same(bucket.blob("small.txt").download_as_bytes(), b"two")
    with tally.call("storage.objects.get (media, in chunks, checked)"):
        same(bucket.blob("large.bin", chunk_size=CHUNK).download_as_bytes(), content)
    with tally.call("storage.objects.get (range)"):
        same(bucket.blob("large.bin").download_as_bytes(start=len(content) - 7), b"the end")
    with tally.call("storage.objects.get"):
        found = bucket.get_blob("large.bin")
        same((found.size, found.generation), (len(content), large.generation))
    with tally.call("storage.objects.list"):
        names = [each.name for each in client.list_blobs(bucket.name, prefix="", page_size=2)]
        same(names, ["large.bin", "plain.txt", "small.txt"])
    tally.refused(
        "storage.objects.delete (stale generation)",
        exceptions.PreconditionFailed,
        lambda: bucket.blob("small.txt").delete(if_generation_match=first),
    )
    tally.refused("storage.buckets.delete (not empty)", exceptions.Conflict, bucket.delete)
    for name in ["large.bin", "plain.txt", "small.txt"]:
        with tally.call("storage.objects.delete"):
            bucket.blob(name).delete()
    with tally.call("storage.buckets.delete"):
        bucket.delete()
    tally.refused(
        "storage.buckets.get (deleted)", exceptions.NotFound, lambda: client.get_bucket(bucket.name)
    )
