// Express decides by NODE_ENV what its error pages show; clients only ever meet the production pages.
process.env['NODE_ENV'] = 'production';
