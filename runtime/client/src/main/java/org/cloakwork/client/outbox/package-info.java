/** Messages of applications on their way out, one lane each, and the queue of their fragments. */
package org.cloakwork.client.outbox;
