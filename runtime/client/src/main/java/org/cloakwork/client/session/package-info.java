/** The session with the gateway: choosing, connecting, authenticating, falling over to another one. */
package org.cloakwork.client.session;
