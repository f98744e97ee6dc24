/** Websockets to a gateway and, for gateways, from clients, on Jetty's core websocket API: it needs no reflection. */
package org.cloakwork.transport.websocket;
