/**
 * A whole mixnet in one process: directory, mixes and gateways.
 *
 * <p>{@link org.cloakwork.localnet.MixNode}, {@link org.cloakwork.localnet.Gateway} and what they are made of know
 * neither sockets nor time; {@link org.cloakwork.localnet.LocalNetworkImpl} puts them on real ones.
 */
package org.cloakwork.localnet;
