/** Imports a module as Node does: vitest would read it through its own transformer, source maps and all. */
module.exports = (url) => import(url);
