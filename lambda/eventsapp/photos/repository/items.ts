import { BanyanError } from 'banyan-strangler/lambda';
import type { Photo, RefusedUpload } from '../photo';
import type { Item } from './documents';

/**
 * The photo in an item, without key attributes that only indexes need.
 *
 * @throws BanyanError for an item that is none
 */
export function photoOf(item: Item): Photo {
  return {
    ...commonOf(item),
    title: textOf(item, 'title'),
    description: textOf(item, 'description'),
    fileName: textOf(item, 'fileName'),
    contentType: textOf(item, 'contentType'),
    size: numberOf(item, 'size'),
    key: textOf(item, 'key'),
    sha256: textOf(item, 'sha256'),
    origin: item['origin'] === 'migration' ? 'migration' : 'upload',
  };
}

/**
 * The refused upload in an item.
 *
 * @throws BanyanError for an item that is none
 */
export function refusedOf(item: Item): RefusedUpload {
  return { ...commonOf(item), reason: textOf(item, 'reason') };
}

function commonOf(item: Item): Omit<RefusedUpload, 'reason'> {
  return {
    id: textOf(item, 'id'),
    eventId: textOf(item, 'eventId'),
    customerAccountId: textOf(item, 'customerAccountId'),
    createdBy: textOf(item, 'createdBy'),
    createdAt: textOf(item, 'createdAt'),
  };
}

function textOf(item: Item, name: string): string {
  const value = item[name];
  if (typeof value === 'string') return value;
  throw malformed(item, name, 'text');
}

function numberOf(item: Item, name: string): number {
  const value = item[name];
  if (typeof value === 'number') return value;
  throw malformed(item, name, 'a number');
}

function malformed(item: Item, name: string, expected: string): BanyanError {
  return new BanyanError(`item ${String(item['id'])}: ${name} must be ${expected}`, { code: 'item_malformed' });
}
