/** Pages for customers who have logged in. Others get a page that says so, and come back after the login. */
exports.requireUser = (req, res, next) => {
  if (req.isAuthenticated()) return next();
  req.session.returnTo = req.originalUrl;
  res.status(401).render('unauthorized', { title: 'Please log in' });
};

exports.requireStaff = (req, res, next) => {
  if (req.user && req.user.isStaff) return next();
  res.status(403).render('error', { title: 'For staff only', detail: 'Ask your manager for access.' });
};
