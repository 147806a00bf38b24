import { constants } from 'node:fs';
import { access, mkdir, open, readdir, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { ConfigError } from '../../shared/errors';

export interface HarFolderOptions {
  readonly folder: string;
  /** A file with more bytes is closed and the next one begun. */
  readonly maxFileBytes: number;
  readonly maxTotalBytes: number;
  /** A file is closed at this age, in ms. */
  readonly maxFileAge: number;
}

/** What stands behind the entries; the next ones are written over it. */
const TAIL = '\n]}}';

/** Recordings in a folder, as files that are valid HAR after every write. */
export class HarFolder {
  private file: { readonly handle: FileHandle; readonly name: string; readonly openedAt: number } | undefined;
  private position = 0;
  private count = 0;
  private total = 0;
  private files = 0;

  private constructor(private readonly options: HarFolderOptions) {}

  /** Makes the folder, for this user alone. Throws ConfigError when it cannot be written. */
  static async open(options: HarFolderOptions): Promise<HarFolder> {
    const folder = new HarFolder(options);
    try {
      await mkdir(options.folder, { recursive: true, mode: 0o700 });
      await access(options.folder, constants.W_OK);
      await folder.measure();
    } catch (error) {
      throw new ConfigError('Recording', [`RECORD_DIR is ${options.folder}, which is not writable`], error);
    }
    return folder;
  }

  get isFull(): boolean {
    return this.total >= this.options.maxTotalBytes;
  }

  /** Adds up the recordings in the folder: some may have been removed. */
  async measure(): Promise<void> {
    const names = (await readdir(this.options.folder)).filter((name) => name.endsWith('.har'));
    const sizes = await Promise.all(
      names.map((name) =>
        stat(path.join(this.options.folder, name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    this.total = sizes.reduce((sum, size) => sum + size, 0);
  }

  /** Writes entries, one per line, in one write that also closes the JSON. Throws the system's error; the next write begins another file. */
  async write(entries: readonly string[]): Promise<void> {
    if (entries.length === 0) return;
    try {
      const { handle } = this.file ?? (await this.begin());
      const text = entries.map((entry, i) => `${this.count + i === 0 ? '' : ','}\n${entry}`).join('');
      const bytes = Buffer.from(text + TAIL);
      await writeAll(handle, bytes, this.position);
      const grown = bytes.length - TAIL.length;
      this.position += grown;
      this.total += grown;
      this.count += entries.length;
    } catch (error) {
      await this.finish().catch(() => undefined);
      throw error;
    }
    await this.closeIfDue();
  }

  /** Closes the open file when it has become large or old. */
  async closeIfDue(): Promise<void> {
    const { maxFileBytes, maxFileAge } = this.options;
    if (this.file === undefined) return;
    if (this.position >= maxFileBytes || Date.now() - this.file.openedAt >= maxFileAge) await this.finish();
  }

  async finish(): Promise<void> {
    const { file } = this;
    this.file = undefined;
    await file?.handle.close();
  }

  private async begin(): Promise<NonNullable<HarFolder['file']>> {
    this.files += 1;
    const openedAt = Date.now();
    const moment = new Date(openedAt).toISOString().replaceAll(/[-:]|\.\d+/g, '');
    const name = path.join(this.options.folder, `banyan-${moment}-${process.pid}-${this.files}.har`);
    const handle = await open(name, 'wx', 0o600);
    this.file = { handle, name, openedAt };
    this.count = 0;
    const head = '{"log":{"version":"1.2","creator":{"name":"banyan","version":"1"},"entries":[';
    await writeAll(handle, Buffer.from(head + TAIL), 0);
    this.position = head.length;
    this.total += head.length + TAIL.length;
    return this.file;
  }
}

/** One call as a rule; the system may write less. */
async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
