/** All dialogs of the ERP tab, fetched with the first one: together they are smaller than apart, and the next opens at once. */
import './conflict-dialog.ts';
import './connect-dialog.ts';
import './create-dialog.ts';
import './doubt-dialog.ts';
import './why-this-value.ts';

export { confirmed } from '../ui/confirmed.ts';
