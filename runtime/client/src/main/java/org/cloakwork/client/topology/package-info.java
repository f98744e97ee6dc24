/** The nodes of the network, kept up to date. */
package org.cloakwork.client.topology;
