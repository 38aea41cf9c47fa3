export { default } from './packed.js';
