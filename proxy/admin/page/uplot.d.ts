// Served as /uplot.js, from the package of that name.
export { default } from 'uplot';
