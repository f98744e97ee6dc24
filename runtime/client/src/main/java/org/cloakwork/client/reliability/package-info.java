/** Which packets are still to be acknowledged, and when another copy of one is due. */
package org.cloakwork.client.reliability;
