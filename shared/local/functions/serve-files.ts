/** The program of a process whose functions are loaded as they are: program.ts starts it. */
import { requireModule } from './require-module';
import { serve } from './serve';

serve(requireModule);
