/** A network, and a client that goes through time in it, as far as an experiment needs them. */
package org.cloakwork.laboratory.network;
