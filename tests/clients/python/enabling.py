"""Service Usage, Resource Manager and IAM, by google-api-python-client: there is no other client of them for everybody."""

from googleapiclient.errors import HttpError

from tally import holds, same

APIS = [
    "artifactregistry.googleapis.com",
    "cloudbuild.googleapis.com",
    "run.googleapis.com",
    "storage.googleapis.com",
]


def done(operations, operation):
    """The operation once it is done; the emulator's own operations are, when it does not imitate their duration."""
    while not operation.get("done"):
        operation = operations.get(name=operation["name"]).execute()
    holds("error" not in operation, operation)
    return operation


def enable(tally, connection):
    """Switches on what a deployment needs."""
    usage = connection.discovered("serviceusage", "v1")
    parent = f"projects/{connection.project}"
    with tally.call("serviceusage.services.batchEnable"):
        started = usage.services().batchEnable(parent=parent, body={"serviceIds": APIS}).execute()
        done(usage.operations(), started)


def services(tally, connection):
    """One API on, looked at in every way, and off again."""
    usage = connection.discovered("serviceusage", "v1")
    parent = f"projects/{connection.project}"
    name = f"{parent}/services/secretmanager.googleapis.com"
    with tally.call("serviceusage.services.enable"):
        done(usage.operations(), usage.services().enable(name=name, body={}).execute())
    with tally.call("serviceusage.services.get"):
        same(usage.services().get(name=name).execute()["state"], "ENABLED")
    with tally.call("serviceusage.services.batchGet"):
        names = [f"{parent}/services/{api}" for api in APIS]
        found = usage.services().batchGet(parent=parent, names=names).execute()["services"]
        same([each["state"] for each in found], ["ENABLED"] * len(APIS))
    with tally.call("serviceusage.services.list"):
        collection, found = usage.services(), []
        page = collection.list(parent=parent, filter="state:ENABLED", pageSize=3)
        while page is not None:
            answer = page.execute()
            found += [each["config"]["name"] for each in answer.get("services", [])]
            page = collection.list_next(page, answer)
        holds(set(APIS) <= set(found), found)
    with tally.call("serviceusage.services.disable"):
        done(usage.operations(), usage.services().disable(name=name, body={}).execute())
    with tally.call("serviceusage.services.get (disabled)"):
        same(usage.services().get(name=name).execute()["state"], "DISABLED")


def project(tally, connection):
    """The project and its policy, in both versions of Resource Manager."""
    old = connection.discovered("cloudresourcemanager", "v1").projects()
    new = connection.discovered("cloudresourcemanager", "v3").projects()
    name = f"projects/{connection.project}"
    with tally.call("cloudresourcemanager.v1.projects.get"):
        number = old.get(projectId=connection.project).execute()["projectNumber"]
    with tally.call("cloudresourcemanager.v3.projects.get"):
        same(new.get(name=name).execute()["name"], f"projects/{number}")
    member = "user:ana@example.com"
    grant = {"role": "roles/run.viewer", "members": [member]}
    with tally.call("cloudresourcemanager.v1.projects.getIamPolicy"):
        policy = old.getIamPolicy(resource=connection.project, body={}).execute()
    with tally.call("cloudresourcemanager.v1.projects.setIamPolicy"):
        wanted = {**policy, "bindings": policy.get("bindings", []) + [grant]}
        old.setIamPolicy(resource=connection.project, body={"policy": wanted}).execute()
    with tally.call("cloudresourcemanager.v3.projects.getIamPolicy"):
        body = {"options": {"requestedPolicyVersion": 3}}
        found = new.getIamPolicy(resource=name, body=body).execute()
        holds(grant in found["bindings"], found)
    with tally.call("cloudresourcemanager.v3.projects.setIamPolicy (stale etag)"):
        try:
            new.setIamPolicy(resource=name, body={"policy": policy}).execute()
        except HttpError as refusal:
            same(refusal.status_code, 409)
        else:
            raise AssertionError("a stale etag was taken")
    with tally.call("cloudresourcemanager.v3.projects.setIamPolicy"):
        left = [each for each in found["bindings"] if each != grant]
        new.setIamPolicy(resource=name, body={"policy": {**found, "bindings": left}}).execute()
    with tally.call("cloudresourcemanager.v3.projects.testIamPermissions"):
        body = {"permissions": ["run.services.create", "run.services.get"]}
        held = new.testIamPermissions(resource=name, body=body).execute()
        same(sorted(held["permissions"]), sorted(body["permissions"]))


def accounts(tally, connection):
    """A service account from beginning to end."""
    accounts = connection.discovered("iam", "v1").projects().serviceAccounts()
    parent = f"projects/{connection.project}"
    email = f"py-run@{connection.project}.iam.gserviceaccount.com"
    name = f"{parent}/serviceAccounts/{email}"
    with tally.call("iam.serviceAccounts.create"):
        body = {"accountId": "py-run", "serviceAccount": {"displayName": "Made by Python"}}
        made = accounts.create(name=parent, body=body).execute()
        same(made["email"], email)
    with tally.call("iam.serviceAccounts.get"):
        same(accounts.get(name=name).execute()["uniqueId"], made["uniqueId"])
    with tally.call("iam.serviceAccounts.patch"):
        body = {"serviceAccount": {"displayName": "Renamed"}, "updateMask": "display_name"}
        same(accounts.patch(name=name, body=body).execute()["displayName"], "Renamed")
    with tally.call("iam.serviceAccounts.list"):
        found = accounts.list(name=parent).execute()["accounts"]
        holds(email in [each["email"] for each in found], found)
    with tally.call("iam.serviceAccounts.getIamPolicy"):
        policy = accounts.getIamPolicy(resource=name).execute()
    with tally.call("iam.serviceAccounts.setIamPolicy"):
        grant = {"role": "roles/iam.serviceAccountUser", "members": ["user:ana@example.com"]}
        body = {"policy": {"etag": policy["etag"], "bindings": [grant]}}
        same(accounts.setIamPolicy(resource=name, body=body).execute()["bindings"], [grant])
    with tally.call("iam.serviceAccounts.delete"):
        same(accounts.delete(name=name).execute(), {})
    with tally.call("iam.serviceAccounts.get (deleted)"):
        try:
            accounts.get(name=name).execute()
        except HttpError as refusal:
            same(refusal.status_code, 404)
        else:
            raise AssertionError("a deleted account is still there")
