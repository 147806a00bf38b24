import { notSupported, type MongoServerFault } from './errors';

/**
 * What this server implements; whatever is not here is refused by name. The README's tables are tested against these lists.
 * `refused` holds what MongoDB has and this server has not, so that the message can distinguish it from a spelling mistake.
 */
export const SUPPORTED = {
  query: {
    allowed: words(
      '$and $or $nor $expr $comment $eq $ne $gt $gte $lt $lte $in $nin $exists $type $mod $regex $options $not $size $all $elemMatch',
    ),
    refused: words(
      '$text $where $jsonSchema $geoWithin $geoIntersects $near $nearSphere $within $box $center $centerSphere $polygon $geometry ' +
        '$maxDistance $minDistance $bitsAllSet $bitsAllClear $bitsAnySet $bitsAnyClear $rand $sampleRate $alwaysTrue $alwaysFalse',
    ),
  },
  update: {
    allowed: words(
      '$set $unset $setOnInsert $inc $mul $min $max $rename $currentDate $push $addToSet $pull $pullAll $pop',
    ),
    refused: words('$bit $pushAll'),
  },
  stages: {
    allowed: words(
      '$match $project $addFields $set $unset $group $sort $limit $skip $unwind $count $sortByCount $facet $lookup $replaceRoot $replaceWith',
    ),
    refused: words(
      '$bucket $bucketAuto $changeStream $changeStreamSplitLargeEvent $collStats $currentOp $densify $documents $fill $geoNear ' +
        '$graphLookup $indexStats $listLocalSessions $listSampledQueries $listSearchIndexes $listSessions $merge $out $planCacheStats ' +
        '$querySettings $queryStats $rankFusion $redact $sample $scoreFusion $search $searchMeta $setWindowFields $shardedDataDistribution ' +
        '$unionWith $vectorSearch',
    ),
  },
  accumulators: {
    allowed: words('$sum $avg $min $max $first $last $push $addToSet $count $mergeObjects'),
    refused: words(
      '$accumulator $bottom $bottomN $concatArrays $firstN $lastN $maxN $median $minN $percentile $setUnion $stdDevPop $stdDevSamp $top $topN',
    ),
  },
  expressions: {
    allowed: words(
      '$abs $add $ceil $divide $floor $mod $multiply $round $sqrt $subtract $trunc ' +
        '$eq $ne $gt $gte $lt $lte $cmp $and $or $not $cond $ifNull $switch $literal $let ' +
        '$concat $toLower $toUpper $split $strLenCP $substrCP $trim $ltrim $rtrim $regexMatch ' +
        '$arrayElemAt $concatArrays $filter $first $in $isArray $last $map $reduce $reverseArray $size $slice $setUnion $setIntersection ' +
        '$mergeObjects $objectToArray $arrayToObject ' +
        '$sum $avg $min $max ' +
        '$type $isNumber $toString $toInt $toLong $toDouble $toBool $toDate $toObjectId ' +
        '$year $month $dayOfMonth $dayOfWeek $dayOfYear $hour $minute $second $millisecond $isoDayOfWeek $isoWeek $isoWeekYear ' +
        '$dateToString $dateTrunc $dateAdd $dateSubtract',
    ),
    refused: words(
      '$accumulator $acos $acosh $allElementsTrue $anyElementTrue $asin $asinh $atan $atan2 $atanh $binarySize $bitAnd $bitNot $bitOr ' +
        '$bitXor $bsonSize $convert $cos $cosh $dateDiff $dateFromParts $dateFromString $dateToParts $degreesToRadians $exp $firstN ' +
        '$function $getField $indexOfArray $indexOfBytes $indexOfCP $lastN $ln $log $log10 $maxN $median $meta $minN $percentile $pow ' +
        '$radiansToDegrees $rand $range $regexFind $regexFindAll $replaceAll $replaceOne $sampleRate $setDifference $setEquals $setField ' +
        '$setIsSubset $sigmoid $sin $sinh $sortArray $stdDevPop $stdDevSamp $strLenBytes $strcasecmp $substr $substrBytes $tan $tanh ' +
        '$toDecimal $toHashedIndexKey $toUUID $tsIncrement $tsSecond $unsetField $week $zip',
    ),
  },
} as const;

export type SupportedKind = keyof typeof SUPPORTED;

/**
 * Passes an operator or stage that is implemented.
 *
 * @param unknown the error MongoDB gives for a name it does not know
 * @throws MongoServerFault naming what is refused or unknown
 */
export function checkSupported(kind: SupportedKind, name: string, unknown: () => MongoServerFault): void {
  const { allowed, refused } = SUPPORTED[kind];
  if (allowed.has(name)) return;
  throw refused.has(name) ? notSupported(name) : unknown();
}

/** Options that any command may carry and that need no work here, or are checked in `commands/registry.ts`. */
export const COMMON_OPTIONS = words(
  '$db $readPreference $clusterTime lsid comment maxTimeMS readConcern writeConcern apiVersion apiStrict apiDeprecationErrors txnNumber autocommit startTransaction',
);

/** Commands, by their exact name, with the options each understands in addition to {@link COMMON_OPTIONS}. */
export const COMMANDS: Readonly<Record<string, ReadonlySet<string>>> = {
  hello: words(
    'helloOk client compression saslSupportedMechs speculativeAuthenticate topologyVersion maxAwaitTimeMS loadBalanced backpressure',
  ),
  isMaster: words(
    'helloOk client compression saslSupportedMechs speculativeAuthenticate topologyVersion maxAwaitTimeMS loadBalanced backpressure',
  ),
  ismaster: words(
    'helloOk client compression saslSupportedMechs speculativeAuthenticate topologyVersion maxAwaitTimeMS loadBalanced backpressure',
  ),
  ping: words(''),
  buildInfo: words(''),
  buildinfo: words(''),
  endSessions: words(''),
  insert: words('documents ordered bypassDocumentValidation'),
  find: words(
    'filter sort projection skip limit batchSize singleBatch hint noCursorTimeout allowDiskUse collation let returnKey showRecordId tailable awaitData ' +
      'oplogReplay allowPartialResults min max',
  ),
  getMore: words('collection batchSize'),
  killCursors: words('cursors'),
  update: words('updates ordered bypassDocumentValidation let'),
  delete: words('deletes ordered let'),
  findAndModify: words(
    'query sort remove update new fields upsert bypassDocumentValidation hint collation arrayFilters let',
  ),
  findandmodify: words(
    'query sort remove update new fields upsert bypassDocumentValidation hint collation arrayFilters let',
  ),
  count: words('query limit skip hint collation fields'),
  distinct: words('key query collation hint'),
  aggregate: words('pipeline cursor allowDiskUse hint collation let explain bypassDocumentValidation'),
  create: words(
    'capped timeseries expireAfterSeconds clusteredIndex changeStreamPreAndPostImages size max storageEngine validator validationLevel ' +
      'validationAction indexOptionDefaults viewOn pipeline collation encryptedFields autoIndexId',
  ),
  drop: words(''),
  dropDatabase: words(''),
  listCollections: words('filter nameOnly authorizedCollections cursor'),
  listDatabases: words('filter nameOnly authorizedDatabases'),
  createIndexes: words('indexes commitQuorum'),
  listIndexes: words('cursor'),
  dropIndexes: words('index'),
};

/** Commands of a MongoDB 6.0 server that are not here (manual: "Database Commands"); any other name is none of its commands. */
export const REFUSED_COMMANDS = words(
  'abortTransaction appendOplogNote applyOps authenticate cloneCollectionAsCapped collMod collStats commitTransaction compact connPoolStats ' +
    'connPoolSync connectionStatus convertToCapped createRole createUser currentOp dataSize dbHash dbStats dropAllRolesFromDatabase ' +
    'dropAllUsersFromDatabase dropConnections dropRole dropUser explain filemd5 fsync fsyncUnlock getClusterParameter getCmdLineOpts ' +
    'getDefaultRWConcern getLog getParameter grantPrivilegesToRole grantRolesToRole grantRolesToUser hostInfo invalidateUserCache ' +
    'killAllSessions killAllSessionsByPattern killOp killSessions listCommands lockInfo logRotate logout mapReduce planCacheClear ' +
    'planCacheClearFilters planCacheListFilters planCacheSetFilter profile reIndex refreshSessions renameCollection ' +
    'replSetAbortPrimaryCatchUp replSetFreeze replSetGetConfig replSetGetStatus replSetInitiate replSetMaintenance replSetReconfig ' +
    'replSetResizeOplog replSetStepDown replSetSyncFrom revokePrivilegesFromRole revokeRolesFromRole revokeRolesFromUser rolesInfo ' +
    'rotateCertificates saslContinue saslStart serverStatus setClusterParameter setDefaultRWConcern setFeatureCompatibilityVersion ' +
    'setIndexCommitQuorum setParameter setUserWriteBlockMode shutdown startSession top updateRole updateUser usersInfo validate ' +
    'validateDBMetadata whatsmyuri',
);

/** Options of MongoDB's that no command here understands. */
export const REFUSED_OPTIONS = words('collectionUUID encryptionInformation ignoreUnknownIndexOptions stmtId stmtIds');

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' ').filter((word) => word !== ''));
}
