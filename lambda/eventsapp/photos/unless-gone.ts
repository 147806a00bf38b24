/** Names of S3's errors. */
const GONE = new Set(['NoSuchKey', 'NotFound', 'PreconditionFailed']);

/** What S3 answers; undefined when there is no such object, or another one than was asked for. */
export async function unlessGone<T>(sent: Promise<T>): Promise<T | undefined> {
  try {
    return await sent;
  } catch (error) {
    if (error instanceof Error && GONE.has(error.name)) return undefined;
    throw error;
  }
}
