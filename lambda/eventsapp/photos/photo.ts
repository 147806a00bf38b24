/** A photo as it is stored: its bytes are in S3, everything else in DynamoDB. */
export interface Photo {
  /** An ObjectId in hex, because the monolith's photos have one. */
  readonly id: string;
  readonly eventId: string;
  readonly customerAccountId: string;
  /** The user's id. */
  readonly createdBy: string;
  /** ISO 8601 in UTC with milliseconds: its order as text is its order in time. */
  readonly createdAt: string;
  /** Never empty: an index cannot hold an empty key. */
  readonly title: string;
  readonly description: string;
  readonly fileName: string;
  readonly contentType: string;
  /** In bytes. */
  readonly size: number;
  /** Of the object in the bucket. */
  readonly key: string;
  /** Of its bytes, in hex. */
  readonly sha256: string;
  readonly origin: 'upload' | 'migration';
}

/** An upload that did not become a photo. Its id is used up. */
export interface RefusedUpload extends Pick<Photo, 'id' | 'eventId' | 'customerAccountId' | 'createdBy' | 'createdAt'> {
  /** For the person who uploaded it. */
  readonly reason: string;
}
