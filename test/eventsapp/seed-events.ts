import type { EventDocument } from '../../legacy/events/store';

type DemoEvent = Pick<EventDocument, 'title' | 'description' | 'status' | 'tags' | 'venue' | 'capacity'> & {
  /** The account of organiser@example.com, or that of other@example.net. */
  readonly account: 'own' | 'other';
  /** From today, at 18:00 UTC; negative: past. */
  readonly startsInDays: number;
  /** null: no end is known. */
  readonly hours: number | null;
};

const event = (
  title: string,
  startsInDays: number,
  details: Partial<Omit<DemoEvent, 'title' | 'startsInDays'>> = {},
): DemoEvent => ({
  account: 'own',
  title,
  description: '',
  status: 'published',
  tags: [],
  venue: 'Harbour Hall',
  capacity: 120,
  startsInDays,
  hours: 2,
  ...details,
});

/**
 * What real data has and tests need: every status, fields that are null, no tags and many, equal titles, equal dates, capacity
 * 0, and titles with what breaks HTML, URLs, regular expressions and sort orders.
 */
export const DEMO_EVENTS: readonly DemoEvent[] = [
  event('Winter Concert', 12, {
    tags: ['music', 'family'],
    description: 'The harbour choir and guests.',
    capacity: 400,
  }),
  event('Café & <Friends>', 3, { tags: ['food', 'community'], venue: 'Café Ærø', capacity: 40 }),
  event('TypeScript Evening', 5, { tags: ['tech'], description: 'Three short talks, then pizza.', capacity: 80 }),
  event('Quiz Night', -4, { tags: ['community'], hours: 3 }),
  event('Quiz Night', 24, { tags: ['community'], hours: 3 }),
  event('50% off (members only) [beta]', 8, { tags: ['sale', 'members'], venue: null, capacity: null }),
  event('日本酒の夕べ', 15, { tags: ['food', '日本'], venue: 'Sakura 桜', capacity: 16 }),
  event('Open House', 0, { tags: [], capacity: null, hours: null }),
  event('Sold out before it began', 30, { tags: ['music'], capacity: 0 }),
  event('Draft: spring programme', 90, { status: 'draft', venue: null, hours: null, capacity: null }),
  event('Draft: "untitled" \\ \'working\' title', 91, { status: 'draft', tags: ['internal'] }),
  event('Midsummer Picnic', 200, { tags: ['family', 'outdoor', 'food'], venue: 'North Meadow', hours: 8 }),
  event('Cancelled: Sailing for Beginners', 6, {
    status: 'cancelled',
    tags: ['outdoor'],
    venue: 'Pier 3',
    capacity: 12,
  }),
  event('Cancelled: Night Market', -20, { status: 'cancelled', tags: ['food', 'community'], venue: 'Fish Market' }),
  event('Annual Meeting', -45, {
    tags: ['members', 'internal'],
    description: 'Agenda:\n1. Accounts\n2. Election\n3. Cake',
  }),
  event('🎸 Battle of the Bands 🥁', 18, { tags: ['music', 'family', 'community'], hours: 6, capacity: 900 }),
  event('annual lowercase meetup', 18, { tags: ['tech', 'community'], venue: 'Online', capacity: null }),
  event('Élan: dance for everyone', 21, { tags: ['dance'], description: 'Bring soft shoes. '.repeat(60).trim() }),
  event('Photography walk + exhibition', -9, { tags: ['outdoor', 'art'], venue: 'Old Town / Harbour', hours: null }),
  event('مهرجان الميناء', 40, { tags: ['music', 'food'], venue: 'المرفأ' }),
  event('Winter Concert', 10, { account: 'other', tags: ['music'], venue: 'Northwind Church' }),
  event('Runners of the North', 2, {
    account: 'other',
    tags: ['outdoor', 'sport'],
    venue: 'City Park',
    capacity: null,
  }),
  event('Book Circle', -3, { account: 'other', tags: ['books'], venue: 'Library', capacity: 15 }),
  event('Draft: Ski Weekend', 60, { account: 'other', status: 'draft', tags: ['sport'], hours: 48 }),
  event('Cancelled: Chess Open', 7, {
    account: 'other',
    status: 'cancelled',
    tags: ['games'],
    venue: null,
    hours: null,
  }),
];
