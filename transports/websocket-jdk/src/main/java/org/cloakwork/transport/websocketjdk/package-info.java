/** Websockets to a gateway on the HTTP client of the JDK: no library is needed. */
package org.cloakwork.transport.websocketjdk;
