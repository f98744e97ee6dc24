/** A proxy that breaks what passes, and accounts of what must hold nevertheless. */
package org.cloakwork.itests.chaos;
