/** What who watches the line sees: one packet out, one in. */
package org.cloakwork.client.line;
