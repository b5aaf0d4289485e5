//! Which methods of Google's documents the committed tables hold: those that gemmactl calls, those that the emulator
//! imitates, and their neighbours that gcloud and Google's own clients call.

/// One document and what is taken from it.
#[derive(Debug, Clone, Copy)]
pub struct Selection {
    /// The document's name, such as `run.v2`; its file is `run.v2.json`, the table's file `run.v2.txt`.
    pub document: &'static str,
    /// Ids of methods, or of all methods that begin so where it ends in a point.
    pub methods: &'static [&'static str],
    /// Schemas that no method names, because they travel as `Any` in an operation.
    pub schemas: &'static [&'static str],
}

/// Every table.
pub const SELECTIONS: &[Selection] = &[
    Selection {
        document: "run.v2",
        methods: &[
            "run.projects.locations.builds.",
            "run.projects.locations.operations.",
            "run.projects.locations.services.",
            "run.projects.locations.sourceUploads.",
        ],
        schemas: &["GoogleDevtoolsCloudbuildV1BuildOperationMetadata"],
    },
    Selection {
        document: "run.v1",
        methods: &[
            "run.namespaces.configurations.",
            "run.namespaces.revisions.",
            "run.namespaces.routes.",
            "run.namespaces.services.",
            "run.projects.locations.configurations.",
            "run.projects.locations.list",
            "run.projects.locations.operations.",
            "run.projects.locations.revisions.",
            "run.projects.locations.routes.",
            "run.projects.locations.services.",
        ],
        schemas: &[],
    },
    Selection {
        document: "artifactregistry.v1",
        methods: &[
            "artifactregistry.projects.locations.get",
            "artifactregistry.projects.locations.list",
            "artifactregistry.projects.locations.operations.",
            "artifactregistry.projects.locations.repositories.create",
            "artifactregistry.projects.locations.repositories.delete",
            "artifactregistry.projects.locations.repositories.dockerImages.",
            "artifactregistry.projects.locations.repositories.files.get",
            "artifactregistry.projects.locations.repositories.files.list",
            "artifactregistry.projects.locations.repositories.get",
            "artifactregistry.projects.locations.repositories.getIamPolicy",
            "artifactregistry.projects.locations.repositories.list",
            "artifactregistry.projects.locations.repositories.packages.",
            "artifactregistry.projects.locations.repositories.patch",
            "artifactregistry.projects.locations.repositories.setIamPolicy",
            "artifactregistry.projects.locations.repositories.testIamPermissions",
        ],
        schemas: &["OperationMetadata"],
    },
    Selection {
        document: "cloudbuild.v1",
        methods: &[
            "cloudbuild.operations.",
            "cloudbuild.projects.builds.",
            "cloudbuild.projects.locations.builds.",
            "cloudbuild.projects.locations.getDefaultServiceAccount",
            "cloudbuild.projects.locations.operations.",
        ],
        schemas: &["BuildOperationMetadata"],
    },
    Selection {
        document: "serviceusage.v1",
        methods: &["serviceusage."],
        schemas: &[
            "BatchEnableServicesResponse",
            "DisableServiceResponse",
            "EnableServiceResponse",
            "OperationMetadata",
        ],
    },
    Selection {
        document: "serviceusage.v1beta1",
        methods: &[
            "serviceusage.operations.",
            "serviceusage.services.consumerQuotaMetrics.get",
            "serviceusage.services.consumerQuotaMetrics.limits.get",
            "serviceusage.services.consumerQuotaMetrics.list",
            "serviceusage.services.generateServiceIdentity",
        ],
        schemas: &[
            "BatchEnableServicesResponse",
            "DisableServiceResponse",
            "EnableServiceResponse",
            "OperationMetadata",
            "ServiceIdentity",
        ],
    },
    Selection {
        document: "storage.v1",
        methods: &[
            "storage.buckets.delete",
            "storage.buckets.get",
            "storage.buckets.getIamPolicy",
            "storage.buckets.getStorageLayout",
            "storage.buckets.insert",
            "storage.buckets.list",
            "storage.buckets.patch",
            "storage.buckets.setIamPolicy",
            "storage.buckets.testIamPermissions",
            "storage.buckets.update",
            "storage.managedFolders.list",
            "storage.objects.",
        ],
        schemas: &[],
    },
    Selection { document: "iam.v1", methods: &["iam.projects.serviceAccounts."], schemas: &[] },
    Selection { document: "iamcredentials.v1", methods: &["iamcredentials."], schemas: &[] },
    Selection {
        document: "cloudresourcemanager.v1",
        methods: &[
            "cloudresourcemanager.operations.",
            "cloudresourcemanager.projects.create",
            "cloudresourcemanager.projects.delete",
            "cloudresourcemanager.projects.get",
            "cloudresourcemanager.projects.getIamPolicy",
            "cloudresourcemanager.projects.list",
            "cloudresourcemanager.projects.setIamPolicy",
            "cloudresourcemanager.projects.testIamPermissions",
            "cloudresourcemanager.projects.update",
        ],
        schemas: &[],
    },
    Selection {
        document: "cloudresourcemanager.v3",
        methods: &[
            "cloudresourcemanager.operations.",
            "cloudresourcemanager.projects.create",
            "cloudresourcemanager.projects.delete",
            "cloudresourcemanager.projects.get",
            "cloudresourcemanager.projects.getIamPolicy",
            "cloudresourcemanager.projects.list",
            "cloudresourcemanager.projects.patch",
            "cloudresourcemanager.projects.search",
            "cloudresourcemanager.projects.setIamPolicy",
            "cloudresourcemanager.projects.testIamPermissions",
        ],
        schemas: &[],
    },
    Selection {
        document: "logging.v2",
        methods: &["logging.entries.list", "logging.entries.tail", "logging.entries.write"],
        schemas: &[],
    },
    Selection { document: "cloudquotas.v1", methods: &["cloudquotas."], schemas: &[] },
    Selection {
        document: "cloudbilling.v1",
        methods: &["cloudbilling.projects.getBillingInfo"],
        schemas: &[],
    },
];

impl Selection {
    /// Whether a method is taken.
    pub fn takes(&self, id: &str) -> bool {
        self.methods
            .iter()
            .any(|wanted| if wanted.ends_with('.') { id.starts_with(wanted) } else { id == *wanted })
    }
}
