//! Where Cloud Storage keeps data: regions, dual-regions and multi-regions. Source: "Bucket locations".

/// Regions, lower case. Artifact Registry and Cloud Build run in the same ones.
#[rustfmt::skip]
const REGIONS: [&str; 43] = [
    "africa-south1", "asia-east1", "asia-east2", "asia-northeast1", "asia-northeast2", "asia-northeast3",
    "asia-south1", "asia-south2", "asia-southeast1", "asia-southeast2", "asia-southeast3", "australia-southeast1",
    "australia-southeast2", "europe-central2", "europe-north1", "europe-north2", "europe-southwest1", "europe-west1",
    "europe-west10", "europe-west12", "europe-west2", "europe-west3", "europe-west4", "europe-west6", "europe-west8",
    "europe-west9", "me-central1", "me-central2", "me-west1", "northamerica-northeast1", "northamerica-northeast2",
    "northamerica-south1", "southamerica-east1", "southamerica-west1", "us-central1", "us-east1", "us-east4",
    "us-east5", "us-south1", "us-west1", "us-west2", "us-west3", "us-west4",
];

/// The three kinds of location, as `locationType` names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LocationType {
    Region,
    DualRegion,
    MultiRegion,
}

impl LocationType {
    /// The kind of a location, in any letter case; `None` when there is no such location.
    pub(super) fn of(location: &str) -> Option<Self> {
        let location = location.to_ascii_lowercase();
        match location.as_str() {
            "us" | "eu" | "asia" => Some(Self::MultiRegion),
            "asia1" | "eur4" | "eur5" | "eur7" | "eur8" | "nam4" => Some(Self::DualRegion),
            region if is_region(region) => Some(Self::Region),
            _ => None,
        }
    }

    /// As `locationType` shows it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Region => "region",
            Self::DualRegion => "dual-region",
            Self::MultiRegion => "multi-region",
        }
    }
}

/// Every Google Cloud region.
pub(crate) fn regions() -> impl Iterator<Item = &'static str> {
    REGIONS.into_iter()
}

/// Whether this is a Google Cloud region, in lower case.
pub(crate) fn is_region(name: &str) -> bool {
    REGIONS.contains(&name)
}
