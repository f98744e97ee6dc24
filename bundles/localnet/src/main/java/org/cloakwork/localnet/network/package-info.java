/** A whole mixnet in one process: a directory, mixes and gateways on real sockets and in real time. */
package org.cloakwork.localnet.network;
