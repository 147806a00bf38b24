const required = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

module.exports = {
  mongoUrl: required('MONGO_URL'),
  sessionKey: required('SESSION_KEY'),
  siteName: required('SITE_NAME'),
  currency: process.env.CURRENCY || 'EUR',
  pageSize: Number(process.env.PAGE_SIZE || 10),
  port: Number(process.env.PORT || 3000),
};
