//! The ownership record as one object in a bucket of the project. Every write is conditional on the object's
//! generation; a lost answer is settled by reading back. Knows nothing of what the record says about resources.

mod bucket;
mod decode;
mod history;
mod name;
mod object;

use model::{Inventory, ProjectId, RecordError, RecordStore, Region, Versioned};

use crate::GoogleCloud;
use bucket::Ownership;
pub(crate) use decode::decode;

/// The record's bucket and object.
pub struct BucketRecord<'cloud> {
    cloud: &'cloud GoogleCloud,
    project: ProjectId,
    location: Region,
    bucket: String,
    checked: tokio::sync::Mutex<Ownership>,
}

/// The object's name.
const OBJECT: &str = "inventory.json";

impl<'cloud> BucketRecord<'cloud> {
    /// The record of the cloud's target project. The bucket is made in `location` if there is none yet.
    pub fn new(cloud: &'cloud GoogleCloud, location: Region) -> Self {
        let project = cloud.target().project.clone();
        let bucket = name::bucket_for(&project);
        Self { cloud, project, location, bucket, checked: tokio::sync::Mutex::new(Ownership::Unknown) }
    }

    /// The bucket's name, which follows from the project's id.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// `gs://BUCKET/inventory.json`, for messages.
    pub fn location(&self) -> String {
        format!("gs://{}/{OBJECT}", self.bucket)
    }
}

impl RecordStore for BucketRecord<'_> {
    async fn load(&self) -> Result<Versioned, RecordError> {
        match self.read_object().await? {
            Some(versioned) => Ok(versioned),
            None => Ok(Versioned { inventory: Inventory::new(self.project.clone()), generation: 0 }),
        }
    }

    async fn generation(&self) -> Result<i64, RecordError> {
        self.read_generation().await
    }

    async fn save(&self, inventory: &Inventory, generation: i64) -> Result<i64, RecordError> {
        let number = self.ensure_bucket().await?;
        if let (Some(recorded), Some(found)) = (&inventory.project_number, &number)
            && recorded != found
        {
            return Err(self.unusable(&format!(
                "it speaks about the project with number {recorded}, but {} has number {found}",
                self.project
            )));
        }
        let mut written = inventory.clone();
        written.project_number = number.or(written.project_number);
        self.write_object(&written, generation).await
    }

    async fn remove(&self, generation: i64) -> Result<(), RecordError> {
        if generation == 0 && !self.is_left_over().await {
            return Ok(());
        }
        self.delete_object(generation).await?;
        self.delete_old_versions(generation).await?;
        *self.checked.lock().await = Ownership::Unknown;
        self.delete_bucket().await
    }
}
