/** What the README says: slimpix is made of modules, which Jest has to be asked to read. */
module.exports = { transformIgnorePatterns: ['/node_modules/(?!slimpix/)'], testMatch: ['**/*.test.js'] };
