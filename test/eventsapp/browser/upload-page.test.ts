import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { describeInBrowser } from '../../browser/chromium';
import { waitFor } from '../../support/wait-for';
import { DEMO_PASSWORD } from '../seed';
import { EVENT, photoClient, PNG, registerMember } from '../support/photo-client';
import { runSystem, type RunningSystem } from '../support/running-system';

jest.setTimeout(120_000);

const MB = 1024 * 1024;

describeInBrowser('the page to upload photos with, in Chromium', (start) => {
  let browser: Browser;
  let system: RunningSystem;
  let page: Page;
  let folder: string;
  const said: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'banyan-pictures-'));
    browser = await start();
    system = await runSystem({ stage: 'legacy' });
    page = await browser.newPage();
    page.on('pageerror', (error) => said.push(error.message));
    await page.goto(`${system.proxy.url}/photos/upload.html?event=${EVENT}`);
  });
  afterAll(async () => {
    await browser.close();
    await system.close();
    await rm(folder, { recursive: true });
  });

  const message = () => page.getByRole('status');
  /** From a file, as people do: 30 MB by the browser's protocol take longer than a busy machine has. */
  const choose = async (name: string, bytes: Buffer): Promise<void> => {
    const file = path.join(folder, name);
    await writeFile(file, bytes);
    await page.getByLabel('Choose a picture').setInputFiles(file);
  };
  const upload = async (title: string) => {
    await page.getByRole('textbox', { name: 'Title' }).fill(title);
    await page.getByRole('button', { name: 'Upload' }).click();
  };
  const says = (text: string | RegExp) => message().filter({ hasText: text }).waitFor({ timeout: 20_000 });

  it('says what is wrong with a log in, and lets users in by keyboard alone', async () => {
    await page.getByLabel('Email').fill('member@example.com');
    await page.keyboard.press('Tab');
    await page.keyboard.type('wrong');
    await page.keyboard.press('Enter');
    await says(/\w/);
    await page.getByLabel('Password').fill(DEMO_PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByLabel('Event').waitFor();
    expect(await page.getByLabel('Event').inputValue()).toBe(EVENT);
  });

  it('says in words that only registered people may upload', async () => {
    await choose('stage.png', PNG);
    await upload('Stage');
    await says('Only people who are registered for this event may upload photos of it');
    await registerMember(system.proxy.url);
  });

  it('refuses 30 MB and what is no picture before anything is sent', async () => {
    await choose('huge.png', Buffer.alloc(30 * MB));
    await says('huge.png has 30.0 MB; at most 5 MB can be uploaded');
    await choose('notes.txt', Buffer.from('notes'));
    await says('notes.txt is not a picture');
    expect(system.s3.objects.size).toBe(0);
  });

  it('shows why a text file named .png was refused', async () => {
    await choose('notes.png', Buffer.from('notes in a file that is named .png'));
    await upload('Notes');
    await says('The file is not a picture');
    expect(await page.getByRole('button', { name: 'Try again' }).isVisible()).toBe(false);
  });

  it('uploads to another origin and shows the picture, which a client of the monolith sees too', async () => {
    await choose('stage.png', PNG);
    await upload('Stage 港');
    await says('Your picture is in the list');
    const picture = page.getByRole('img', { name: 'Stage 港.png' });
    await picture.waitFor();
    await picture.scrollIntoViewIfNeeded();
    await waitFor(
      'the picture',
      async () =>
        (await page.evaluate('[...document.images].every((image) => image.complete && image.naturalWidth > 0)')) ===
        true,
    );
    expect(new URL(system.s3.url).origin).not.toBe(new URL(page.url()).origin);
    const monolith = await photoClient(system.legacy.url, 'organiser@example.com');
    const [photo] = await monolith.list();
    expect(photo).toMatchObject({ fileName: 'Stage 港.png' });
    expect((await monolith.fetchPhoto(photo?.id ?? '')).equals(PNG)).toBe(true);
  });

  const emulator = async () => {
    const network = await page.context().newCDPSession(page);
    return ({ offline = false, uploadThroughput = -1 }) =>
      network.send('Network.emulateNetworkConditions', {
        offline,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput,
      });
  };
  const isUnderWay = () =>
    waitFor('progress', async () => (await page.evaluate("document.getElementById('progress').value > 2")) === true);
  const drop = () =>
    page.evaluate(`(() => {
      const bytes = Uint8Array.from(atob('${PNG.toString('base64')}'), (character) => character.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], 'dropped.png', { type: 'image/png' }));
      document.getElementById('drop').dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }));
    })()`);
  const cancel = () => page.getByRole('button', { name: 'Cancel' }).click();

  it('is cancelled, and tried again with success, also after the network was cut in the middle', async () => {
    const emulate = await emulator();
    await choose('large.png', Buffer.concat([PNG, Buffer.alloc(4 * MB)]));
    await emulate({ uploadThroughput: 300 * 1024 });
    await upload('Large');
    await isUnderWay();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await says('Cancelled');

    await page.getByRole('button', { name: 'Try again' }).click();
    await isUnderWay();
    await emulate({ offline: true });
    await says('The connection was interrupted');
    await emulate({});
    await page.getByRole('button', { name: 'Try again' }).click();
    await says('Your picture is in the list');
    await page.getByRole('img', { name: 'Large.png' }).waitFor();
    const monolith = await photoClient(system.legacy.url, 'organiser@example.com');
    expect((await monolith.list()).map(({ fileName }) => fileName)).toEqual(['Stage 港.png', 'Large.png']);
  });

  it('takes a picture that is dropped', async () => {
    await drop();
    await upload('Dropped');
    await says('Your picture is in the list');
    await page.getByRole('img', { name: 'Dropped.png' }).waitFor();
  });

  it('takes no other picture while one is sent, which can still be cancelled', async () => {
    const emulate = await emulator();
    await choose('busy.png', Buffer.concat([PNG, Buffer.alloc(4 * MB)]));
    await emulate({ uploadThroughput: 300 * 1024 });
    await upload('Busy');
    await isUnderWay();
    await drop();
    for (const name of ['event', 'title', 'description', 'file'])
      expect([name, await page.locator(`#upload [name=${name}]`).isDisabled()]).toEqual([name, true]);
    await cancel();
    await says('Cancelled');
    expect(await page.getByLabel('Choose a picture').inputValue()).toContain('busy.png');

    // With another title it is another upload.
    await emulate({});
    await page.getByRole('textbox', { name: 'Title' }).fill('Renamed');
    expect(await page.getByRole('button', { name: 'Try again' }).isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Upload' }).click();
    await says('Your picture is in the list');
    await page.getByRole('img', { name: 'Renamed.png' }).waitFor();
  });

  it('is cancelled while it asks and while the picture is processed', async () => {
    await choose('stage.png', PNG);
    await page.route('**/initiate-upload', () => undefined);
    await upload('Patient');
    await says('Asking whether you may upload');
    await cancel();
    await says('Cancelled');
    await page.unroute('**/initiate-upload');

    const ofAnUpload = /\/events\/[0-9a-f]{24}\/photos\/[0-9a-f]{24}$/;
    await page.route(ofAnUpload, (route) => route.fulfill({ json: { status: 'waiting' } }));
    await page.getByRole('button', { name: 'Try again' }).click();
    await says('it is being processed');
    await cancel();
    await says('No longer waiting: the picture is uploaded and will appear later');
    await page.unroute(ofAnUpload);
    await page.getByRole('button', { name: 'Try again' }).click();
    await says('Your picture is in the list');
    await page.getByRole('img', { name: 'Patient.png' }).waitFor();
  });

  it('has thrown nothing', () => {
    expect(said).toEqual([]);
  });
});
