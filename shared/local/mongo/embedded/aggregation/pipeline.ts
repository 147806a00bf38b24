import type { BsonValue } from '../bson/values';
import { isArray, isDocument } from '../bson/values';
import { MongoServerFault } from '../errors';
import { compileMatcher } from '../query/matcher';
import { compileProjection } from '../query/projection';
import { compileSort } from '../query/sort';
import { checkSupported } from '../supported';
import type { PipelineContext, Stage } from './stage';
import { compileCount, compileLimit, compileSkip } from './stages/counting';
import { compileAddFields, compileReplaceRoot, compileReplaceWith, compileUnset } from './stages/fields';
import { compileGroup, compileSortByCount } from './stages/group';
import { compileLookup } from './stages/lookup';
import { compileUnwind } from './stages/unwind';

type CompileStage = (operand: BsonValue, context: PipelineContext) => Stage;

const STAGES: Readonly<Record<string, CompileStage>> = {
  $match: (operand, { scopes }) => {
    if (!isDocument(operand)) throw new MongoServerFault(15_959, 'the match filter must be an expression in an object');
    const matches = compileMatcher(operand, scopes);
    return (documents) => documents.filter(matches);
  },
  $project: (operand, { scopes }) => {
    if (!isDocument(operand)) throw new MongoServerFault(15_969, '$project specification must be an object');
    const project = compileProjection(operand, { scopes, dialect: 'aggregate' });
    return (documents) => documents.map(project);
  },
  $sort: (operand) => {
    if (!isDocument(operand)) throw new MongoServerFault(15_973, 'the $sort key specification must be an object');
    if (operand.size === 0) throw new MongoServerFault(15_976, '$sort stage must have at least one sort key');
    return compileSort(operand);
  },
  $addFields: compileAddFields,
  $set: compileAddFields,
  $unset: compileUnset,
  $replaceRoot: compileReplaceRoot,
  $replaceWith: compileReplaceWith,
  $group: compileGroup,
  $sortByCount: compileSortByCount,
  $limit: compileLimit,
  $skip: compileSkip,
  $count: compileCount,
  $unwind: compileUnwind,
  $lookup: compileLookup,
  $facet: compileFacet,
};

export const IMPLEMENTED_STAGES = Object.keys(STAGES);

/**
 * Compiles an aggregation pipeline (manual: "Aggregation Stages").
 *
 * @param only restricts the stages, as an update by pipeline does
 * @throws MongoServerFault for a stage that is unknown, malformed or not supported, before any document is looked at
 */
export function compilePipeline(
  pipeline: readonly BsonValue[],
  context: PipelineContext,
  only?: ReadonlySet<string>,
): Stage {
  const stages = pipeline.map((stage) => compileStage(stage, context, only));
  return (documents) => stages.reduce((input, stage) => stage(input), documents);
}

function compileStage(stage: BsonValue, context: PipelineContext, only: ReadonlySet<string> | undefined): Stage {
  const [entry] = isDocument(stage) ? stage : [];
  if (!isDocument(stage) || stage.size !== 1 || entry === undefined)
    throw new MongoServerFault(40_323, 'A pipeline stage specification object must contain exactly one field.');
  const [name, operand] = entry;
  const unknown = () => new MongoServerFault(40_324, `Unrecognized pipeline stage name: '${name}'`);
  checkSupported('stages', name, unknown);
  if (only !== undefined && !only.has(name))
    throw new MongoServerFault('InvalidOptions', `${name} is not allowed to be used within an update`);
  const compile = STAGES[name];
  if (compile === undefined) throw unknown();
  return compile(operand, context);
}

/** `$facet`: several pipelines over the same input, one document with their results (manual: `$facet`). */
function compileFacet(operand: BsonValue, context: PipelineContext): Stage {
  if (!isDocument(operand) || operand.size === 0)
    throw new MongoServerFault(40_169, 'the $facet specification must be a non-empty object');
  const facets = Array.from(operand, ([name, pipeline]) => {
    if (name === '' || name.startsWith('$') || name.includes('.'))
      throw new MongoServerFault(16_410, `$facet: ${JSON.stringify(name)} is not a valid field name`);
    if (!isArray(pipeline)) throw new MongoServerFault(40_170, `arguments to $facet must be arrays, ${name} is not`);
    if (pipeline.some((stage) => isDocument(stage) && stage.has('$facet')))
      throw new MongoServerFault(40_600, '$facet is not allowed to be used within a $facet stage');
    return [name, compilePipeline(pipeline, context)] as const;
  });
  return (documents) => [new Map(facets.map(([name, run]) => [name, run(documents)]))];
}
