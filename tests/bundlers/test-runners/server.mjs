/** A server that imports all of it, and does nothing with it: nothing is said, nothing is left over. */
import 'slimpix';
import 'slimpix/browser-image-compression';
import 'slimpix/compressorjs';
import 'slimpix/inline';
