/** What a mix and a gateway do with packets and clients, knowing neither sockets nor the clock. */
package org.cloakwork.localnet.node;
