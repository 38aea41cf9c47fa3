import { ImageCompressionService } from 'slimpix';
import { offer } from './offer.js';

offer(ImageCompressionService);
