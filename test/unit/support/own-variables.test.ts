/** foreign-variables.test.ts runs this suite in a shell that exports one. */
it('a suite finds no database in its environment', () => {
  expect(process.env['MONGODB_URI']).toBeUndefined();
});
