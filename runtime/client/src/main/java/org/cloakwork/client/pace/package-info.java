/** When a packet leaves, and how many may be under way. */
package org.cloakwork.client.pace;
