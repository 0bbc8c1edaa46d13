import type { ProfileSpec } from '../policy/profile.ts';
import { quoted } from '../terms/quote.ts';
import type { Check, Finding } from './check.ts';
import { parseImage, type ImageReference } from './image-reference.ts';
import type { PodView } from './view.ts';

/**
 * What runs is what somebody chose: images come from listed registries and cannot change under their name. The proven sidecar's own
 * image is not looked at.
 *
 *   field                              allowed
 *   containers[*].image                with a digest, where spec.images.digest of the profile;
 *                                      of a registry or repository in spec.images.registries, where the profile has that list
 *   spec.volumes[*].image.reference    the same
 *
 * A name without a host is of docker.io, and one without a path there of docker.io/library. A tag beside the digest means nothing.
 */
export const imageSource: Check = {
  id: 'image-source',
  title: 'Images are of listed registries and named by digest',
  essential: false,
  review: (view, { profile }) => imagesOf(view).flatMap((image) => findings(image, profile.spec.images)),
};

interface ImageAt {
  readonly image: string;
  readonly field: string;
  /** For sentences. */
  readonly title: string;
}

function imagesOf({ containers, volumes }: PodView): ImageAt[] {
  return [
    ...containers.map(({ container, field, title }) => ({ image: container.image ?? '', field: `${field}.image`, title })),
    ...volumes.flatMap(({ volume, field, title }) => (volume.image === undefined ? [] : [{ image: volume.image.reference ?? '', field: `${field}.image.reference`, title }])),
  ];
}

function findings({ image, field, title }: ImageAt, { registries, digest }: ProfileSpec['images']): Finding[] {
  const reference = parseImage(image);
  if (reference === undefined) return [{ reason: 'image-malformed', field, message: `${title} has image ${quoted(image)}, which names no image`, fix: 'write it as HOST/PATH@sha256:DIGEST' }];
  const found: Finding[] = [];
  if (digest && reference.digest === undefined) {
    found.push({ reason: 'image-tag', field, message: `${title} runs whatever ${quoted(image)} is at that moment`, fix: `name the image by its digest: ${reference.registry}/${reference.repository}@sha256:...` });
  }
  if (registries !== undefined && !registries.some((listed) => isFrom(reference, listed))) {
    found.push({
      reason: 'image-registry',
      field,
      message: `${title} has its image from ${quoted(`${reference.registry}/${reference.repository}`)}, which the profile does not list`,
      fix: registries.length === 0 ? 'have the profile list a registry; it lists none' : `use an image of ${registries.slice(0, 8).join(', ')}`,
    });
  }
  return found;
}

function isFrom({ registry, repository }: ImageReference, listed: string): boolean {
  return `${registry}/${repository}/`.startsWith(`${listed}/`);
}
