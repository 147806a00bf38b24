// Takes longer to load than the margin before the end of an invocation, and never listens.
const until = performance.now() + 900;
while (performance.now() < until);
module.exports = {};
