/**
 * Clients, mixes and gateways on virtual wires and in virtual time, and what is found to hold of them afterwards.
 *
 * <p>In one bundle with the network on sockets, because both are made of the same nodes: a bundle of its own could have
 * them only if this one exported them, or as a copy.
 */
package org.cloakwork.localnet.simulation;
