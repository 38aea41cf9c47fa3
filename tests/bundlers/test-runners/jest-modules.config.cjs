/** Modules as they are, with node --experimental-vm-modules. */
module.exports = { transform: {}, testMatch: ['**/*.test.mjs'] };
