import { ImageCompressionService } from 'slimpix/inline';
import { offer } from './offer.js';

offer(ImageCompressionService);
