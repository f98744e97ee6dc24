/** What a client writes down so that the next one goes on where it was. */
package org.cloakwork.client.store;
