/** Studies: who learns what of a client with which parts. */
package org.cloakwork.laboratory;
