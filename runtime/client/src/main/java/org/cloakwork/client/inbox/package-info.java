/** What was delivered becomes messages, and messages wait for whoever takes them. */
package org.cloakwork.client.inbox;
