import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { routesJsonSchema } from './schema';

// `npm run schema`: the copy that editors read, next to routes.yml.
writeFileSync(path.join(__dirname, '..', 'routes.schema.json'), JSON.stringify(routesJsonSchema(), null, 2) + '\n');
