import type { Browser, Page } from 'playwright-core';
import { runSystem, type RunningSystem } from '../support/running-system';
import { waitFor } from '../../support/wait-for';
import { describeInBrowser } from '../../browser/chromium';

jest.setTimeout(120_000);

const TOKEN = 'a-token-for-the-dashboard';
describeInBrowser('the dashboard in Chromium', (start) => {
  let browser: Browser;
  let system: RunningSystem;
  let page: Page;
  let cookie: string;
  const said: string[] = [];

  beforeAll(async () => {
    browser = await start();
    system = await runSystem({
      adminPort: 0,
      adminToken: TOKEN,
      routes: (text) =>
        text
          .replace(/(id: list-events\n.*\n {4})stage: \w+/, '$1stage: canary\n    percent: 100\n    shadow: {}')
          .replace(/(id: get-event\n.*\n {4})stage: \w+/, '$1stage: shadow')
          .replace(/(id: all-metrics\n.*\n {4})stage: \w+/, '$1stage: shadow'),
    });
    const response = await fetch(`${system.proxy.url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'organiser@example.com', password: 'correct horse battery staple' }),
    });
    cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    for (const target of [
      '/api/events',
      '/api/events?limit=2',
      '/api/metrics/all',
      '/api/events/nothing',
      '/healthz',
    ]) {
      for (let i = 0; i < 5; i += 1) await (await fetch(system.proxy.url + target, { headers: { cookie } })).text();
    }
    page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
    page.on('pageerror', (error) => said.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') said.push(message.text());
    });
    await page.goto(`${system.proxy.adminUrl}/#token=${TOKEN}`);
    await page.locator('tr[data-route]').first().waitFor();
  });
  afterAll(async () => {
    await browser.close();
    await system.close();
  });

  const row = (id: string) => page.locator(`tr[data-route="${id}"]`);

  it('shows progress, split, latency and parity, and keeps the token out of the address', async () => {
    expect(page.url()).toBe(`${system.proxy.adminUrl}/`);
    await page.getByText('local', { exact: false }).first().waitFor();
    expect(await page.locator('#who').innerText()).toBe('local');
    expect(await page.locator('#bar').getAttribute('aria-label')).toMatch(
      /2 of 24 routes on shadow, 1 of 24 routes on canary/,
    );
    await row('list-events').getByText('100 % Lambda').waitFor();
    await row('all-metrics')
      .getByText(/5 of 5 equal/)
      .waitFor();
    expect(await row('list-events').locator('svg .line.lambda').count()).toBe(2);
  });

  it('finds routes by name', async () => {
    await page.getByLabel('Show').fill('metrics');
    await waitFor('two rows', async () => (await page.locator('tr[data-route]').count()) === 2);
    await page.getByLabel('Show').fill('');
  });

  it('opens a route by the keyboard: next step as a change to commit, evidence, history', async () => {
    await row('list-events').getByRole('button', { name: 'list-events', exact: true }).focus();
    await page.keyboard.press('Enter');
    const detail = page.locator('tr[data-detail="list-events"]');
    await detail.getByText('+ stage: lambda').waitFor();
    expect(await detail.innerText()).toContain('npm run banyan -- promote list-events --to lambda');
    await detail.getByText('Evidence on these versions').waitFor();
    await page.keyboard.press('Enter');
    await detail.waitFor({ state: 'detached' });
  });

  it('shows within two seconds that a roll back has taken effect: share, bar, sentence and chart', async () => {
    const over = new AbortController();
    const clients = (async () => {
      while (!over.signal.aborted)
        await (await fetch(`${system.proxy.url}/api/events`, { headers: { cookie } })).text();
    })();
    try {
      await row('list-events')
        .getByText(/last minute: (\d+) of \1/)
        .waitFor();
      expect(await page.locator('#summary').innerText()).toMatch(
        /^\d+ of 24 listed routes have left legacy; in the last/,
      );
      await row('list-events').getByRole('button', { name: 'list-events', exact: true }).click();
      const chart = page.locator('tr[data-detail="list-events"]').getByRole('img', { name: /^p99/ });
      await chart.locator('.line.lambda').waitFor();
      expect(await chart.locator('.mark.bad').count()).toBe(0);
      const before = Number((await page.locator('#summary strong').innerText()).split(' ')[0]);
      await row('list-events').getByRole('button', { name: 'Roll back list-events' }).click();
      // A brake asks for no reason.
      await page.getByRole('button', { name: 'Roll back', exact: true }).click();
      await page.getByText('list-events is rolled back to legacy.').waitFor();
      const begun = performance.now();
      await chart.locator('.mark.bad').waitFor({ state: 'attached' });
      await row('list-events')
        .getByText(/(?<!\d)0 % Lambda/)
        .waitFor();
      await page
        .locator('#summary strong')
        .getByText(`${before - 1} of 24`, { exact: true })
        .waitFor();
      expect(performance.now() - begun).toBeLessThan(2_000);
      expect(await row('list-events').innerText()).toMatch(
        /on legacy: rolled-back\sjust\snow\s+canary 100 % in the route table\s+0 % Lambda\s+since the rollback: 0 of/,
      );
      expect(await page.locator('#summary').innerText()).toContain('1 was returned to it');
      expect(await page.locator('#bar').getAttribute('aria-label')).toMatch(/0 of 24 routes on canary/);
      expect(system.proxy.overrides.current().lowered.get('list-events')?.why).toBe('no reason given');
    } finally {
      over.abort();
      await clients;
    }
  });

  it('rolls back and resumes by Tab and Enter alone, and the focus comes back', async () => {
    const focused = () => page.evaluate<string>("document.activeElement.getAttribute('aria-label') ?? ''");
    const tabTo = async (label: string) => {
      for (let i = 0; i < 60 && (await focused()) !== label; i += 1) await page.keyboard.press('Tab');
      expect(await focused()).toBe(label);
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor();
    };
    await page.evaluate('document.activeElement.blur()');
    await tabTo('Roll back account');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(system.proxy.overrides.current().lowered.has('account')).toBe(true);
    expect(await focused()).toBe('Resume account');
    await tabTo('Resume account');
    await page.keyboard.type('fixed');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(system.proxy.overrides.current().lowered.has('account')).toBe(false);
    expect(await focused()).toBe('Roll back account');
  });

  it('links the banner of a returned route to its details, which survive a reload, and resumes from it', async () => {
    const alert = page.getByRole('alert').filter({ hasText: 'list-events is rolled back' });
    await alert.getByRole('link', { name: 'Details' }).click();
    await page.locator('tr[data-detail="list-events"]').waitFor();
    await page.reload();
    await page.locator('tr[data-detail="list-events"]').waitFor();
    expect(new URL(page.url()).hash).toBe('#route=list-events');
    await page.goBack();
    await page.locator('tr[data-detail="list-events"]').waitFor({ state: 'detached' });
    await alert.getByRole('button', { name: 'Resume…' }).click();
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await page.getByText('Give a reason').waitFor();
    await page.getByLabel(/^Reason/).fill('fixed');
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await row('list-events').getByText('on legacy').waitFor({ state: 'detached' });
  });

  it('writes a reason as text', async () => {
    await row('list-events').getByRole('button', { name: 'Roll back list-events' }).click();
    await page.getByLabel(/^Reason/).fill('<img src=x onerror=alert(1)>');
    await page.getByRole('button', { name: 'Roll back', exact: true }).click();
    await row('list-events').getByText('on legacy: rolled-back').waitFor();
    await row('list-events').getByRole('button', { name: 'list-events', exact: true }).click();
    await page.locator('tr[data-detail="list-events"]').getByText('<img src=x onerror=alert(1)>').first().waitFor();
    expect(await page.locator('img').count()).toBe(0);
    await row('list-events').getByRole('button', { name: 'Resume list-events' }).click();
    await page.getByLabel(/^Reason/).fill('fixed');
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await row('list-events').getByText('on legacy').waitFor({ state: 'detached' });
  });

  it('switches everything off and on again; Escape changes nothing', async () => {
    await page.getByRole('button', { name: 'Kill switch…' }).click();
    await page.keyboard.press('Escape');
    expect(system.proxy.overrides.current().killSwitch).toBeUndefined();
    await page.getByRole('button', { name: 'Kill switch…' }).click();
    await page.getByLabel(/^Reason/).fill('drill');
    expect(await page.locator('#confirm-text').innerText()).toContain('the 17 routes on canary and lambda');
    await page.getByRole('button', { name: 'Kill switch on' }).click();
    await page.getByText('Kill switch is on.').waitFor();
    await page.getByRole('button', { name: 'Kill switch off…' }).click();
    await page.getByLabel(/^Reason/).fill('drill is over');
    await page.getByRole('button', { name: 'Kill switch off', exact: true }).click();
    await page.getByText('Kill switch is on.').waitFor({ state: 'detached' });
  });

  it('says when the proxy is gone', async () => {
    await page.route('**/api/state', (route) => route.abort());
    await page.locator('#connection.lost').waitFor();
    await page.unroute('**/api/state');
    await page.locator('#connection:not(.lost)').waitFor();
    expect(said.filter((text) => !text.includes('ERR_FAILED'))).toEqual([]);
  });
});
