"""How Google's clients are pointed at an emulator: the REST transport, its URL, and any token."""

import dataclasses

from google.api_core.client_options import ClientOptions
from google.cloud import artifactregistry_v1, run_v2, storage
from google.cloud.devtools import cloudbuild_v1
from google.oauth2.credentials import Credentials
from googleapiclient import discovery


@dataclasses.dataclass(frozen=True)
class Connection:
    """An emulator and the project in it."""

    url: str
    project: str
    region: str = "europe-west1"

    @property
    def location(self):
        return f"projects/{self.project}/locations/{self.region}"

    @property
    def credentials(self):
        return Credentials(token="any")

    def _client(self, client):
        transport = client.get_transport_class("rest")
        return client(transport=transport(host=self.url, credentials=self.credentials))

    def services(self):
        return self._client(run_v2.ServicesClient)

    def revisions(self):
        return self._client(run_v2.RevisionsClient)

    def registry(self):
        return self._client(artifactregistry_v1.ArtifactRegistryClient)

    def builds(self):
        return self._client(cloudbuild_v1.CloudBuildClient)

    def storage(self):
        return storage.Client(
            project=self.project,
            credentials=self.credentials,
            client_options=ClientOptions(api_endpoint=self.url),
        )

    def discovered(self, api, version):
        """A client of google-api-python-client, from the discovery document that comes with it."""
        return discovery.build(
            api,
            version,
            credentials=self.credentials,
            client_options=ClientOptions(api_endpoint=self.url),
            static_discovery=True,
        )
