import type { Contract } from 'banyan-strangler/parity';

const id = { type: 'string', pattern: '^[0-9a-f]{24}$' };
const instant = { type: 'string', format: 'date-time' };
const day = { type: 'string', format: 'date' };
const text = (maxLength: number) => ({ type: 'string', maxLength });
const count = (maximum: number) => ({ type: 'integer', minimum: 1, maximum });
const paging = { page: count(100_000), limit: count(100) };

/** What the monolith takes, for generated cases: they go to these limits. */
export const ofEvent: Contract = { path: { properties: { eventId: id } } };

export const eventBody: Contract = {
  ...ofEvent,
  body: {
    required: ['title', 'startsAt'],
    properties: {
      title: { ...text(200), minLength: 1 },
      description: text(5_000),
      status: { enum: ['draft', 'published', 'cancelled'] },
      tags: { type: 'array', maxItems: 20, items: text(40) },
      venue: { type: ['string', 'null'], maxLength: 200 },
      startsAt: instant,
      endsAt: { ...instant, type: ['string', 'null'] },
      capacity: { type: ['integer', 'null'], minimum: 0, maximum: 1_000_000 },
    },
  },
};

export const eventList: Contract = {
  query: {
    properties: {
      filter: {
        properties: {
          status: { enum: ['draft', 'published', 'cancelled', 'PUBLISHED'] },
          tags: { type: 'array', maxItems: 20, items: text(200) },
          q: text(200),
        },
      },
      sort: { enum: ['startsAt', '-startsAt', 'title', '-title', 'createdAt', '-createdAt'] },
      ...paging,
    },
  },
};

export const attendeeList: Contract = { ...ofEvent, query: { properties: paging } };
export const attendeeBody: Contract = {
  ...ofEvent,
  body: { required: ['name', 'email'], properties: { name: text(100), email: { format: 'email', maxLength: 254 } } },
};

export const metrics: Contract = {
  ...ofEvent,
  query: { properties: { interval: { enum: ['day', 'week'] }, from: day, to: day } },
};

export const accountBody: Contract = {
  body: {
    properties: {
      name: text(100),
      billingEmail: { format: 'email', maxLength: 254 },
      timezone: { enum: ['UTC', 'Europe/Copenhagen', 'Asia/Tokyo', 'utc', 'Etc/GMT+1'] },
    },
  },
};

export const activityBody: Contract = {
  ...ofEvent,
  body: { required: ['type'], properties: { type: { enum: ['view', 'registration', 'share'] } } },
};

export const reportBody: Contract = { body: { properties: { day } } };
