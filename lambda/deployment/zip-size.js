'use strict';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const UNZIPPED_LIMIT_BYTES = 250 * 1024 * 1024;

/**
 * Why a lifted function does not fit into a zip, and how it is deployed instead; undefined when it fits.
 *
 * @param {string} name of the function
 * @param {string} handler `path/to/file.export`, from the root of the zip
 * @param {ReadonlyMap<string, number>} sizes of the files in the zip, in bytes
 */
function zipSizeFault(name, handler, sizes) {
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  if (bytes <= UNZIPPED_LIMIT_BYTES) return undefined;
  const file = handler.slice(0, handler.lastIndexOf('.'));
  return `${name}: the app and its packages have ${mb(bytes)}, and Lambda takes ${mb(UNZIPPED_LIMIT_BYTES)} in a zip. The largest: ${largest(sizes)}.
List what production does not need under lifted.exclude, or use a container image, which may have 10 GB. In serverless.yml:

provider:
  ecr:
    images:
      ${name}: { path: <the root of the project>, file: ${name}.Dockerfile }
functions:
  ${name}: # without handler and lifted; the rest stays
    image: { name: ${name}, command: [${handler}] }

And ${name}.Dockerfile:

FROM public.ecr.aws/lambda/nodejs:24
COPY . \${LAMBDA_TASK_ROOT}
RUN npm ci && npx esbuild ${file}.* --bundle --platform=node --outfile=${file}.js --allow-overwrite && npm prune --omit=dev`;
}

const mb = (bytes) => `${Math.ceil(bytes / 1024 / 1024)} MB`;

/** The three largest folders, packages by their names. */
function largest(files) {
  const sizes = new Map();
  for (const [file, size] of files) {
    const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+|^[^/]*/.exec(file)[0];
    sizes.set(folder, (sizes.get(folder) ?? 0) + size);
  }
  const first = [...sizes].sort(([, a], [, b]) => b - a).slice(0, 3);
  return first.map(([folder, bytes]) => `${folder} ${mb(bytes)}`).join(', ');
}

module.exports = { zipSizeFault };
