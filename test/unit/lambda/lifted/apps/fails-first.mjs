import './fails-first/always.mjs';
