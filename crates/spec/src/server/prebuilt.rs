//! Published containers with a model inside.

use catalogue::Catalogue;

use super::Fill;
use crate::document::{PrebuiltImage, Service};
use crate::types::ImageReference;

/// A service that runs it runs the published image, by digest where one is known.
pub(super) fn complete(
    service: &mut Service,
    image: &PrebuiltImage,
    catalogue: &Catalogue,
    fill: &mut Fill<'_>,
) {
    // A checked spec names one that the catalogue has.
    let Some(known) = catalogue.prebuilt.get(image.name.as_str()) else { return };
    let digest = image.digest.as_ref().map(AsRef::as_ref).or(known.digest.as_deref());
    let reference = match digest {
        Some(digest) => format!("{}@{digest}", known.image),
        None => known.image.clone(),
    };
    if let Ok(reference) = ImageReference::parse(&reference) {
        service.image = reference;
        fill.says("image");
    }
}
