import { HTML_FAULTS } from './faults';
import { studyHtml } from './study';

describe('pages with random values', () => {
  it('show every seeded fault and no false alarm', async () => {
    const { rules, faults, pairs, falseAlarms } = await studyHtml({ pairs: 500, seed: 1 });
    expect(HTML_FAULTS.length).toBeGreaterThanOrEqual(30);
    expect(faults.filter(({ caught, pages: of }) => caught < of)).toEqual([]);
    expect({ pairs, falseAlarms }).toEqual({ pairs: 500, falseAlarms: [] });
    // Random values were there, and rules are about these alone.
    expect(rules.length).toBeGreaterThan(5);
  });
});
